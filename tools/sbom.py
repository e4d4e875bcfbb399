"""What is in each image, as CycloneDX 1.6 JSON: Debian's packages, Python's, and what the built UI holds of npm's.

    python tools/sbom.py --out build/sbom                 asks the images flack-<service>:dev themselves
    python tools/sbom.py --out build/sbom --requirements  without Docker: what the images are built from

The format: https://cyclonedx.org/docs/1.6/json/. Nothing in it depends on when it is made.
"""

import argparse
import json
import re
import subprocess
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
SERVICES = ("api", "web", "realtime", "worker")
Component = dict[str, Any]

# Runs inside an image, whose Python has nothing of this repository.
LOOK = """
import importlib.metadata as metadata, json
python = [{"name": d.metadata["Name"], "version": d.version,
           "license": d.metadata.get("License-Expression") or d.metadata.get("License") or ""}
          for d in metadata.distributions()]
debian = open("/var/lib/dpkg/status", encoding="utf-8").read()
print(json.dumps({"python": python, "debian": debian}))
"""


def python_component(name: str, version: str, license: str = "", hashes: Iterable[str] = ()) -> Component:
    """A package of PyPI."""
    normal = re.sub(r"[-_.]+", "-", name).lower()
    return _component("pypi", normal, version, license, hashes=[("SHA-256", value) for value in hashes])


def npm_components(lock: Path) -> list[Component]:
    """The packages that the built UI is made of; tools that only build it are not in the image."""
    packages: dict[str, Any] = json.loads(lock.read_text())["packages"]
    return [
        _component("npm", path.rpartition("node_modules/")[2], found["version"], found.get("license", ""))
        for path, found in packages.items()
        if path and not any(found.get(kind) for kind in ("dev", "optional", "devOptional", "peer"))
    ]


def debian_components(status: str) -> list[Component]:
    """The installed packages of `/var/lib/dpkg/status`."""
    found = []
    for paragraph in status.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version|Architecture|Status): (.*)$", paragraph, re.MULTILINE))
        if fields.get("Status") == "install ok installed":
            suffix = f"?arch={fields['Architecture']}"
            found.append(_component("deb/debian", fields["Package"], fields["Version"], suffix=suffix))
    return found


def image_components(image: str) -> list[Component]:
    """What an image says that it holds. Raises CalledProcessError where it cannot be run."""
    command = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", LOOK]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    python = [python_component(one["name"], one["version"], one["license"]) for one in said["python"]]
    return python + debian_components(said["debian"])


def required_components(requirements: Path) -> list[Component]:
    """What a service's hashed requirements name."""
    text = requirements.read_text().replace("\\\n", " ")
    return [
        python_component(found[1], found[2], hashes=re.findall(r"--hash=sha256:([0-9a-f]{64})", found[3]))
        for found in re.finditer(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)(.*)$", text, re.MULTILINE)
    ]


def document(service: str, version: str, components: list[Component]) -> dict[str, Any]:
    """The bill of materials of one image."""
    unique = {component["bom-ref"]: component for component in components}
    listed = [unique[ref] for ref in sorted(unique)]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([service, version, *sorted(unique)]))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "container",
                "bom-ref": f"flack-{service}",
                "name": f"flack-{service}",
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": listed,
        "dependencies": [{"ref": f"flack-{service}", "dependsOn": sorted(unique)}],
    }


def _component(
    kind: str,
    name: str,
    version: str,
    license: str = "",
    *,
    suffix: str = "",
    hashes: list[tuple[str, str]] | None = None,
) -> Component:
    purl = f"pkg:{kind}/{quote(name, safe='/')}@{quote(version)}{suffix}"
    made: Component = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    line = license.strip().splitlines()[0].strip() if license.strip() else ""
    if line and len(line) <= 100:  # some packages put the whole text there
        made["licenses"] = [{"license": {"name": line}}]
    if hashes:
        made["hashes"] = [{"alg": algorithm, "content": content} for algorithm, content in sorted(hashes)]
    return made


def main() -> None:
    """Write one file an image."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tag", default="dev")
    parser.add_argument("--requirements", action="store_true", help="from requirements/*.txt, without Docker")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        if options.requirements:
            components = required_components(ROOT / "requirements" / f"{service}.txt")
        else:
            components = image_components(f"flack-{service}:{options.tag}")
        if service == "web":
            components += npm_components(ROOT / "services/web/ui/package-lock.json")
        path = options.out / f"flack-{service}.cdx.json"
        path.write_text(json.dumps(document(service, options.tag, components), indent=1) + "\n")
        print(f"{path}: {len(components)} components")


if __name__ == "__main__":
    main()
