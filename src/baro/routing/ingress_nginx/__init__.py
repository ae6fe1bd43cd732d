"""ingress-nginx: many Ingresses, one nginx.conf, and what nginx makes of it.

Imitated from its source (tags `controller-v1.2.0` to `controller-v1.15.1`).
"""
