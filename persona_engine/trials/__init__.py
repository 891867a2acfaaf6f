"""Trials: questions asked of an avatar under settings that may not be in force, for nobody but its people."""
