"""A real nginx in front of upstreams of the lab's own."""

from lab.laboratory import Lab
from lab.location import program_path
from lab.ports import is_answered
from lab.processes import Program

SETTINGS = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
{locations}
    }}
}}
"""


def nginx(lab: Lab, locations: str, name: str = "nginx") -> str:
    """Start nginx with these `location` blocks; return its address.

    It is one process without a master, so that nothing of it can stay behind.
    """
    folder = lab.site.folder(name)
    port = lab.site.port(name)
    settings = folder / "nginx.conf"
    settings.write_text(SETTINGS.format(folder=folder, port=port, locations=locations))
    lab.start(
        Program(
            name,
            (program_path("nginx"), "-p", str(folder), "-c", str(settings)),
            lambda: "" if is_answered(port) else "its port is closed",
            lab.site.environment(),
        )
    )
    return f"http://127.0.0.1:{port}"
