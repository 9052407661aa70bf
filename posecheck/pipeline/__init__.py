"""Where the rooms meet: a session, a clip, a routine, a comparison; profiles, and what is kept of each."""
