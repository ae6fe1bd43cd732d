"""Helm's own engine: in worker processes from the wheel, or the `helm` program.

Everything here implements `baro.expand.ports.HelmEngine`.
No chart and no template can take this process down, or hold it up for ever.
"""
