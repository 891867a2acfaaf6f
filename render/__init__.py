"""Not begun: how it looks and sounds: faces, voices, clips."""
