"""An instance's callback URL is not registered at its identity provider.

Compares the callback that an application sends (Backstage: base URL plus
`/api/auth/<provider>/handler/frame`; Argo CD: `url` plus `/auth/callback`) with the
`redirectUris` of its client in the Keycloak realm that Git holds.

## Why it matters

The login page opens, and Keycloak refuses before anybody can type a password.
A second instance works in every other way, so this is found on the day that it is
handed over.

## Flagged

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: realm, namespace: keycloak}
data:
  platform.json: |
    {"realm": "platform", "clients": [{"clientId": "backstage",
     "redirectUris": ["https://backstage.platform.example/api/auth/oidc/handler/frame"]}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: backstage-kr}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://kr.platform.example'}
    backend: {baseUrl: 'https://kr.platform.example'}
    auth:
      providers:
        oidc:
          production:
            clientId: backstage
            metadataUrl: https://keycloak.platform.example/realms/platform
```

## Accepted

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: realm, namespace: keycloak}
data:
  platform.json: |
    {"realm": "platform", "clients": [{"clientId": "backstage",
     "redirectUris": ["https://kr.platform.example/api/auth/oidc/handler/frame"]}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: backstage-kr}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://kr.platform.example'}
    backend: {baseUrl: 'https://kr.platform.example'}
    auth:
      providers:
        oidc:
          production:
            clientId: backstage
            metadataUrl: https://keycloak.platform.example/realms/platform
```

## How to fix

Add the callback to the client's `redirectUris` in the realm, letter for letter: scheme,
host, path, no slash at the end.

## Seen as

On Keycloak's page, and in its events:

```text
Invalid parameter: redirect_uri
type="LOGIN_ERROR", clientId="backstage", error="invalid_redirect_uri"
```
"""

from collections.abc import Iterator

from baro.model.finding import Finding, Layer, Severity
from baro.rules.appconfig import clients, logins
from baro.rules.rule import Context, rule


@rule("missing-redirect-uri", Severity.ERROR, layer=Layer.IDENTITY)
def check(ctx: Context) -> Iterator[Finding]:
    registered = list(clients(ctx.declared))
    for login in logins(ctx.declared):
        asked = [
            client
            for client in registered
            if client.realm == login.realm and login.client in ("", client.name)
        ]
        if not asked or any(client.allows(login.callback) for client in asked):
            continue
        client = asked[0]
        yield ctx.finding(
            login.application.config,
            f"logs in with {login.callback}, which client {client.name} of realm "
            f"{client.realm} does not allow",
            (
                client.document.evidence(*client.path),
                login.application.evidence(*login.path),
            ),
            fix=f"Add {login.callback} to the redirectUris of client {client.name}.",
        )
