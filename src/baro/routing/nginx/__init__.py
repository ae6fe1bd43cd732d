"""nginx itself: how it reads a URI, a host, a regular expression, a variable.

Imitated from nginx 1.22 to 1.27, which agree in everything that is here.
"""
