"""One message in, one reply out; and everything that is sent."""
