"""Manifests and addresses with something wrong in them."""

from typing import Final

from validation.project import INTEGRATION

from .broken import (
    BRAND,
    HACS,
    MANIFEST,
    Broken,
    changed,
    gone,
    put,
    replaced,
    without,
    written,
)

BROKEN: Final = {
    "a manifest that is missing": Broken(
        "manifest keys", gone(MANIFEST), "manifest.json: is missing"
    ),
    "a manifest that is no JSON": Broken(
        "manifest keys", written(MANIFEST, "{"), "is not sound JSON"
    ),
    "a manifest with a key twice": Broken(
        "manifest keys",
        replaced(MANIFEST, '"domain"', '"name": "x",\n  "domain"'),
        "there twice: name",
    ),
    "a manifest that is a list": Broken(
        "manifest values", written(MANIFEST, "[]"), "is no JSON object"
    ),
    "no issue tracker": Broken(
        "manifest keys", without(MANIFEST, "issue_tracker"), "issue_tracker is missing"
    ),
    "a key of nobody's": Broken(
        "manifest keys", put(MANIFEST, "x", "zzz"), "zzz means nothing"
    ),
    "keys in another order": Broken(
        "manifest keys",
        changed(MANIFEST, lambda it: it.update(name=it.pop("name"))),
        "the order is",
    ),
    "another domain": Broken(
        "manifest values", put(MANIFEST, "blynk", "domain"), "name of the folder"
    ),
    "no name": Broken("manifest values", put(MANIFEST, " ", "name"), "name must be"),
    "no version": Broken(
        "manifest values", put(MANIFEST, "one", "version"), "version is no version"
    ),
    "an IoT class that is none": Broken(
        "manifest values", put(MANIFEST, "cloud", "iot_class"), "iot_class must be one"
    ),
    "a type that is none": Broken(
        "manifest values", put(MANIFEST, "cloud", "integration_type"), "must be one of"
    ),
    "a tier that is none": Broken(
        "manifest values", put(MANIFEST, "gilded", "quality_scale"), "must be one of"
    ),
    "plain HTTP": Broken(
        "manifest values",
        put(MANIFEST, "http://example.com/", "documentation"),
        "documentation must be an https URL",
    ),
    "nobody's code": Broken(
        "manifest values",
        put(MANIFEST, [], "codeowners"),
        "codeowners must not be empty",
    ),
    "an owner without @": Broken(
        "manifest values", put(MANIFEST, ["someone"], "codeowners"), "someone: must be"
    ),
    "an owner who is no list": Broken(
        "manifest values", put(MANIFEST, "@someone", "codeowners"), "a list of texts"
    ),
    "a requirement that is not pinned": Broken(
        "manifest values",
        put(MANIFEST, ["aiomqtt>=2"], "requirements"),
        "aiomqtt>=2: must be pinned",
    ),
    "an integration that does not exist": Broken(
        "manifest values",
        put(MANIFEST, ["recorders"], "after_dependencies"),
        "recorders: must be an integration",
    ),
    "a flag that is a text": Broken(
        "manifest values", put(MANIFEST, "yes", "config_flow"), "true or false"
    ),
    "a logger that is none": Broken(
        "manifest values", put(MANIFEST, ["a b"], "loggers"), "must be a logger's name"
    ),
    "a tier without its file": Broken(
        "manifest tier", gone(f"{INTEGRATION}/quality_scale.yaml"), "quality_scale.yaml"
    ),
    "a tier without diagnostics": Broken(
        "manifest tier", gone(f"{INTEGRATION}/diagnostics.py"), "takes diagnostics"
    ),
    "a key of HACS that is none": Broken(
        "HACS manifest", put(HACS, 1, "zzz"), "zzz means nothing"
    ),
    "HACS without a name": Broken(
        "HACS manifest", without(HACS, "name"), "name is missing"
    ),
    "HACS with another name": Broken(
        "HACS manifest", put(HACS, "Blynk", "name"), "the manifest's"
    ),
    "a flag for HACS that is a text": Broken(
        "HACS manifest", put(HACS, "yes", "render_readme"), "true or false"
    ),
    "a Home Assistant of no version": Broken(
        "HACS manifest",
        put(HACS, "newest", "homeassistant"),
        "homeassistant is no version",
    ),
    "a release that is no archive": Broken(
        "HACS archive", put(HACS, False, "zip_release"), "zip_release must be true"
    ),
    "an archive without a name": Broken(
        "HACS archive", without(HACS, "filename"), "filename must be"
    ),
    "a branch for users": Broken(
        "HACS archive", without(HACS, "hide_default_branch"), "hide_default_branch"
    ),
    "no README": Broken("HACS repository", gone("README.md"), "README.md: is missing"),
    "no licence": Broken("HACS repository", gone("LICENSE"), "LICENSE: is missing"),
    "a licence of one's own": Broken(
        "HACS repository", written("LICENSE", "Do what you want"), "LICENSE: is none"
    ),
    "no icon for HACS": Broken(
        "HACS repository", gone(f"{BRAND}/icon.png"), "icon.png: is missing"
    ),
    "two integrations": Broken(
        "HACS repository",
        written("custom_components/other/manifest.json", "{}"),
        "must have one integration",
    ),
    "documentation elsewhere": Broken(
        "home addresses",
        put(MANIFEST, "https://example.com/a/b", "documentation"),
        "the repository on GitHub",
    ),
    "issues elsewhere": Broken(
        "home addresses",
        put(MANIFEST, "https://github.com/other/blynk-bridge/issues", "issue_tracker"),
        "issue_tracker must be",
    ),
    "a link to a former home": Broken(
        "home addresses",
        replaced(
            "README.md",
            "\n## ",
            "\nhttps://github.com/someone/blynk-bridge/wiki\n\n## ",
        ),
        "https://github.com/someone/blynk-bridge is not",
    ),
    "a button of another repository": Broken(
        "home addresses",
        replaced(
            "README.md",
            "\n## ",
            "\n(https://my.home-assistant.io/redirect/hacs_repository/?owner=a&repository=b)"
            "\n\n## ",
        ),
        "does not lead to",
    ),
    "a version without a change": Broken(
        "home versions",
        put(MANIFEST, "9.9.9", "version"),
        "must begin with version 9.9.9",
    ),
    "a version of its own": Broken(
        "home versions",
        replaced("pyproject.toml", "[project]\n", '[project]\nversion = "9.9.9"\n'),
        "says version 9.9.9",
    ),
    "a requirement that is not tested": Broken(
        "home versions",
        put(MANIFEST, ["aiomqtt==9.9.9"], "requirements"),
        "must have aiomqtt==9.9.9",
    ),
    "a Home Assistant that the README does not tell": Broken(
        "home versions", put(HACS, "2027.3.0", "homeassistant"), "2027.3 or newer"
    ),
}
