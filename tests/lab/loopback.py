"""Asks what is on loopback, whatever proxy the machine has for everything else."""

import urllib.request

ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
