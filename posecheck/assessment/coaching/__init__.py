"""The one thing worth saying now: form cues, holds, repetitions, and when each may be spoken."""
