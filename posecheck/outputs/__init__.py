"""Who is told: the picture with everything drawn on it, the recording, the tables, the annotated video."""
