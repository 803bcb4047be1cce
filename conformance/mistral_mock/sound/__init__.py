"""Sound: tones from text as WAV files, and what WAV files tell about themselves."""
