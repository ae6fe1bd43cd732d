"""Every annotation that ingress-nginx knows, with its group and its risk.

The group is the name in the controller's messages, the risk what
`annotations-risk-level` is compared with.
"""

# ingress-nginx: docs/user-guide/nginx-configuration/annotations-risk.md

from enum import IntEnum


class Risk(IntEnum):
    """How much somebody who may write the annotation could do with it."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    CRITICAL = 3


_GROUPS: dict[str, dict[Risk, str]] = {
    "Aliases": {
        Risk.HIGH: "server-alias",
    },
    "Allowlist": {
        Risk.MEDIUM: "allowlist-source-range",
    },
    "BackendProtocol": {
        Risk.LOW: "backend-protocol",
    },
    "BasicDigestAuth": {
        Risk.MEDIUM: "auth-realm auth-secret",
        Risk.LOW: "auth-secret-type auth-type",
    },
    "Canary": {
        Risk.LOW: "canary canary-weight canary-weight-total",
        Risk.MEDIUM: (
            "canary-by-cookie canary-by-header canary-by-header-pattern "
            "canary-by-header-value"
        ),
    },
    "CertificateAuth": {
        Risk.HIGH: "auth-tls-error-page auth-tls-match-cn",
        Risk.LOW: "auth-tls-pass-certificate-to-upstream auth-tls-verify-depth",
        Risk.MEDIUM: "auth-tls-secret auth-tls-verify-client",
    },
    "ClientBodyBufferSize": {
        Risk.LOW: "client-body-buffer-size",
    },
    "ConfigurationSnippet": {
        Risk.CRITICAL: "configuration-snippet",
    },
    "Connection": {
        Risk.LOW: "connection-proxy-header",
    },
    "CorsConfig": {
        Risk.LOW: "cors-allow-credentials cors-max-age enable-cors",
        Risk.MEDIUM: (
            "cors-allow-headers cors-allow-methods cors-allow-origin "
            "cors-expose-headers"
        ),
    },
    "CustomHTTPErrors": {
        Risk.LOW: "custom-http-errors",
    },
    "CustomHeaders": {
        Risk.MEDIUM: "custom-headers",
    },
    "DefaultBackend": {
        Risk.LOW: "default-backend",
    },
    "Denylist": {
        Risk.MEDIUM: "denylist-source-range",
    },
    "DisableProxyInterceptErrors": {
        Risk.LOW: "disable-proxy-intercept-errors",
    },
    "EnableGlobalAuth": {
        Risk.LOW: "enable-global-auth",
    },
    "ExternalAuth": {
        Risk.LOW: (
            "auth-always-set-cookie auth-keepalive auth-keepalive-requests "
            "auth-keepalive-share-vars auth-keepalive-timeout auth-method"
        ),
        Risk.MEDIUM: (
            "auth-cache-duration auth-cache-key auth-proxy-set-headers "
            "auth-request-redirect auth-response-headers "
            "auth-signin-redirect-param"
        ),
        Risk.HIGH: "auth-signin auth-url",
        Risk.CRITICAL: "auth-snippet",
    },
    "FastCGI": {
        Risk.MEDIUM: "fastcgi-index fastcgi-params-configmap",
    },
    "HTTP2PushPreload": {
        Risk.LOW: "http2-push-preload",
    },
    "LoadBalancing": {
        Risk.LOW: "load-balance",
    },
    "Logs": {
        Risk.LOW: "enable-access-log enable-rewrite-log",
    },
    "Mirror": {
        Risk.HIGH: "mirror-host mirror-target",
        Risk.LOW: "mirror-request-body",
    },
    "ModSecurity": {
        Risk.LOW: "enable-modsecurity enable-owasp-core-rules",
        Risk.CRITICAL: "modsecurity-snippet",
        Risk.HIGH: "modsecurity-transaction-id",
    },
    "Opentelemetry": {
        Risk.LOW: "enable-opentelemetry opentelemetry-trust-incoming-span",
        Risk.MEDIUM: "opentelemetry-operation-name",
    },
    "Proxy": {
        Risk.MEDIUM: (
            "proxy-body-size proxy-cookie-domain proxy-cookie-path "
            "proxy-next-upstream proxy-redirect-from proxy-redirect-to"
        ),
        Risk.LOW: (
            "proxy-buffer-size proxy-buffering proxy-buffers-number "
            "proxy-busy-buffers-size proxy-connect-timeout "
            "proxy-http-version proxy-max-temp-file-size "
            "proxy-next-upstream-timeout proxy-next-upstream-tries "
            "proxy-read-timeout proxy-request-buffering proxy-send-timeout"
        ),
    },
    "ProxySSL": {
        Risk.MEDIUM: "proxy-ssl-ciphers proxy-ssl-secret",
        Risk.HIGH: "proxy-ssl-name",
        Risk.LOW: (
            "proxy-ssl-protocols proxy-ssl-server-name proxy-ssl-verify "
            "proxy-ssl-verify-depth"
        ),
    },
    "RateLimit": {
        Risk.LOW: (
            "limit-allowlist limit-burst-multiplier limit-connections "
            "limit-rate limit-rate-after limit-rpm limit-rps"
        ),
    },
    "Redirect": {
        Risk.LOW: (
            "from-to-www-redirect permanent-redirect-code "
            "relative-redirects temporal-redirect-code"
        ),
        Risk.MEDIUM: "permanent-redirect temporal-redirect",
    },
    "Rewrite": {
        Risk.MEDIUM: (
            "app-root force-ssl-redirect preserve-trailing-slash rewrite-target"
        ),
        Risk.LOW: "ssl-redirect use-regex",
    },
    "SSLCipher": {
        Risk.LOW: "ssl-ciphers ssl-prefer-server-ciphers",
    },
    "SSLPassthrough": {
        Risk.LOW: "ssl-passthrough",
    },
    "Satisfy": {
        Risk.LOW: "satisfy",
    },
    "ServerSnippet": {
        Risk.CRITICAL: "server-snippet",
    },
    "ServiceUpstream": {
        Risk.LOW: "service-upstream",
    },
    "SessionAffinity": {
        Risk.LOW: (
            "affinity affinity-canary-behavior "
            "session-cookie-change-on-failure "
            "session-cookie-conditional-samesite-none "
            "session-cookie-samesite session-cookie-secure"
        ),
        Risk.MEDIUM: (
            "affinity-mode session-cookie-domain session-cookie-expires "
            "session-cookie-max-age session-cookie-name session-cookie-path"
        ),
    },
    "StreamSnippet": {
        Risk.CRITICAL: "stream-snippet",
    },
    "UpstreamHashBy": {
        Risk.HIGH: "upstream-hash-by",
        Risk.LOW: "upstream-hash-by-subset upstream-hash-by-subset-size",
    },
    "UpstreamVhost": {
        Risk.LOW: "upstream-vhost",
    },
    "UsePortInRedirects": {
        Risk.LOW: "use-port-in-redirects",
    },
    "XForwardedPrefix": {
        Risk.MEDIUM: "x-forwarded-prefix",
    },
}

# Older names that are still read, for the newer one.
ALIASES = {
    "whitelist-source-range": "allowlist-source-range",
    "limit-whitelist": "limit-allowlist",
}

# name -> (group, risk)
KNOWN: dict[str, tuple[str, Risk]] = {
    name: (group, risk)
    for group, risks in _GROUPS.items()
    for risk, names in risks.items()
    for name in names.split()
}
KNOWN |= {old: KNOWN[new] for old, new in ALIASES.items()}
