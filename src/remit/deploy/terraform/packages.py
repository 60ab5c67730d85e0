"""Where a function's code is: `archive_file`, layers, buckets, images.

Source: the AWS provider's documentation of `aws_lambda_function` and `aws_lambda_layer_version`,
the archive provider's of `archive_file`; AWS Lambda Developer Guide, python-layers (`python/`),
nodejs-layers (`nodejs/node_modules`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from remit.core.tree import Tree
from remit.deploy.terraform.file_functions import in_tree
from remit.deploy.terraform.resources import Instance
from remit.deploy.terraform.roles import Resources
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.values import Value
from remit.syntax.source import shown

_LAYER_FOLDERS = ("python", "nodejs/node_modules", "nodejs")


@dataclass(frozen=True, slots=True)
class Package:
    """A folder whose content is packaged (`more`: packaged beside it), or files that stand in the
    configuration."""

    root: str
    inline: tuple[tuple[str, bytes], ...] = ()
    more: tuple[str, ...] = ()


def package(function: Instance, resources: Resources, run: Run) -> Package | str:
    """The package of a function, or why its code is not read, as the end of a sentence."""
    if (
        function.get("image_uri").data is not None
        or function.get("package_type").literal == "Image"
    ):
        return "it is a container image"
    name, sources = function.get("filename"), function.get("source_path")
    if sources.data is not None:
        return _sources_of_model(sources, run)
    if name.data is not None:
        return _archived(name, resources, run)
    bucket, key = function.get("s3_bucket"), function.get("s3_key")
    if bucket.data is None and key.data is None:
        return "its configuration names no package"
    uploaded = resources.by_address.get(key.ref) or resources.by_address.get(bucket.ref)
    if uploaded is not None and uploaded.type in ("aws_s3_object", "aws_s3_bucket_object"):
        source = uploaded.get("source")
        if source.data is not None:
            return _archived(source, resources, run)
    where = bucket.hole.name if bucket.hole is not None else str(bucket.text)
    return f"its package is in the bucket {shown(where)}"


def layers(function: Instance, resources: Resources, run: Run) -> tuple[str, ...]:
    """The folders of the function's layers that are in the tree."""
    listed = function.get("layers").data
    found: list[str] = []
    for value in listed if isinstance(listed, tuple) else ():
        layer = resources.meant(value, "aws_lambda_layer_version", "arn")
        made = package(layer, resources, run) if layer is not None else ""
        if isinstance(made, Package):
            roots = (made.root, *made.more)
            found += (posixpath.join(root, one) for root in roots for one in _LAYER_FOLDERS)
    return tuple(folder for folder in found if run.files.tree.files(folder))


def _sources_of_model(sources: Value, run: Run) -> Package | str:
    """`source_path` of terraform-aws-modules/lambda: a path, or a list of paths and objects."""
    listed = sources.data if isinstance(sources.data, tuple) else (sources,)
    roots: list[str] = []
    for one in listed:
        data = one.data
        entry = data if isinstance(data, Mapping) else {"path": one}
        if "path" not in entry or "prefix_in_zip" in entry:
            return "how its `source_path` is packed is not followed"
        found = _path(entry["path"], run)
        if found is not None and run.files.tree.exists(found):
            found = posixpath.dirname(found)
        elif found is None or not _has_files(run.files.tree, found):
            return f"{_shown(entry['path'])} is not in the folder that is checked"
        roots.append(found)
    return Package(roots[0], more=tuple(roots[1:])) if roots else "its `source_path` is empty"


def _archived(name: Value, resources: Resources, run: Run) -> Package | str:
    """The folder from which the archive of that name is made."""
    archive = _archive(name, resources)
    if archive is None:
        return f"nothing here says what its package {shown(str(name.text))} is made of"
    folder, file = archive.get("source_dir"), archive.get("source_file")
    if folder.data is not None:
        return _folder(folder, run)
    if file.data is not None:
        found = _path(file, run)
        if found is None or not run.files.tree.exists(found):
            return f"the file {_shown(file)} is not in the folder that is checked"
        return Package(posixpath.dirname(found))
    return _written(archive)


def _archive(name: Value, resources: Resources) -> Instance | None:
    listed = [*resources.data.get("archive_file", ()), *resources.managed.get("archive_file", ())]
    own = resources.by_address.get(name.ref)
    if own is not None and own.type == "archive_file":
        return own
    wanted = _normal(name)
    return next((o for o in listed if wanted and _normal(o.get("output_path")) == wanted), None)


def _normal(value: Value) -> str:
    return "" if value.text is None else posixpath.normpath(str(value.text))


def _folder(value: Value, run: Run) -> Package | str:
    found = _path(value, run)
    if found is None or not _has_files(run.files.tree, found):
        return f"the folder {_shown(value)} is not in the folder that is checked"
    return Package(found)


def _path(value: Value, run: Run) -> str | None:
    """A path of the tree; None when it is not known or leads out."""
    literal = value.literal
    found = None if literal is None else in_tree(literal, run.base)
    return "" if found == "." else found


def _has_files(tree: Tree, folder: str) -> bool:
    return bool(tree.files(folder))


def _shown(value: Value) -> str:
    return shown(value.hole.name if value.hole is not None else str(value.text))


def _written(archive: Instance) -> Package | str:
    """Files whose content stands in the archive's own block (`source`)."""
    root = f"{archive.span.file}#{archive.address}"
    files: list[tuple[str, bytes]] = []
    for content, name in _sources(archive):
        if content.literal is None or name.literal is None:
            return f"what {shown(archive.address)} packs is not known"
        files.append((f"{root}/{name.literal}", content.literal.encode("utf-8", "replace")))
    if not files:
        return f"what {shown(archive.address)} packs is not known"
    return Package(root, tuple(files))


def _sources(archive: Instance) -> Iterator[tuple[Value, Value]]:
    content = archive.get("source_content")
    if content.data is not None:
        yield content, archive.get("source_content_filename")
    for block in archive.blocks("source") or ():
        if "content" in block and "filename" in block:
            yield block["content"], block["filename"]
