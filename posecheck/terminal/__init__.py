"""What the terminal shows: panels, tables and progress. The command line prints what this room makes."""
