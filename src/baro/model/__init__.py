"""The nouns.

Everything here is an immutable value.
Nothing here reads a file, opens a socket, starts a program, or asks for the time.
"""
