"""A certificate authority of the lab's own, made by openssl."""

import re
from dataclasses import dataclass
from pathlib import Path

from lab.commands import run
from lab.errors import LabError

DAYS = "2"
CURVE = ("-name", "prime256v1")
AUTHORITY = """\
[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
CN = lab
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""
LEAF = """\
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = {usage}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
{names}
"""
SERVER_NAMES = ("localhost", "kubernetes", "kubernetes.default.svc")


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of PEM files."""

    folder: Path

    @property
    def authority(self) -> Path:
        """Return the CA's certificate."""
        return self.folder / "ca.crt"

    @property
    def server(self) -> Path:
        """Return the certificate of every TLS server in the lab."""
        return self.folder / "server.crt"

    @property
    def server_key(self) -> Path:
        """Return the key of the server certificate."""
        return self.folder / "server.key"

    @property
    def admin(self) -> Path:
        """Return the certificate of a user who may do everything."""
        return self.folder / "admin.crt"

    @property
    def admin_key(self) -> Path:
        """Return the key of the admin's certificate."""
        return self.folder / "admin.key"

    @property
    def service_accounts(self) -> Path:
        """Return the key that signs service account tokens."""
        return self.folder / "service-accounts.key"


def make_certificates(folder: Path) -> Certificates:
    """Make an authority, a server, an administrator and a signing key."""
    folder.mkdir()
    made = Certificates(folder)
    settings = folder / "authority.conf"
    settings.write_text(AUTHORITY)
    _key(folder / "ca.key")
    run(
        *("openssl", "req", "-x509", "-new", "-config", settings, "-days", DAYS),
        *("-key", folder / "ca.key", "-out", made.authority),
    )
    names = ",".join(("IP:127.0.0.1", *(f"DNS:{name}" for name in SERVER_NAMES)))
    _leaf(made.server, "/CN=lab", "serverAuth", f"subjectAltName = {names}")
    _leaf(made.admin, "/O=system:masters/CN=lab-admin", "clientAuth", "")
    _key(made.service_accounts)
    return made


def host_certificate(made: Certificates, host: str) -> Path:
    """Return the certificate of a host that the lab plays, made on first use."""
    certificate = made.folder / f"host-{host}.crt"
    if not certificate.exists():
        # openssl reads the name as a list: only what can be a host gets in.
        if not re.fullmatch(r"[A-Za-z0-9.-]+", host):
            raise LabError(f"{host!r} is not the name of a host")
        _leaf(certificate, "/CN=lab", "serverAuth", f"subjectAltName = DNS:{host}")
    return certificate


def _key(path: Path) -> None:
    # The format that kube-apiserver takes for its service accounts, too.
    run("openssl", "ecparam", *CURVE, "-genkey", "-noout", "-out", path)
    path.chmod(0o600)


def _leaf(certificate: Path, subject: str, usage: str, names: str) -> None:
    folder = certificate.parent
    key = certificate.with_suffix(".key")
    request = certificate.with_suffix(".csr")
    extensions = certificate.with_suffix(".ext")
    extensions.write_text(LEAF.format(usage=usage, names=names))
    _key(key)
    run("openssl", "req", "-new", "-key", key, "-subj", subject, "-out", request)
    run(
        *("openssl", "x509", "-req", "-in", request, "-days", DAYS),
        *("-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial"),
        *("-extfile", extensions, "-out", certificate),
    )
