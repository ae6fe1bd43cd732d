"""What we know, and what it says is wrong.

One file per rule, in the folder of its layer; found by walking this package.
A rule is a function from a `Context` to findings: it keeps no state, reads no file,
opens no socket, and takes the time from the context.
"""
