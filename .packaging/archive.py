"""Archives that are equal, byte for byte, if their contents are."""

import gzip
import tarfile
import time
import zipfile


def tar_gz(out, folder, files, epoch):
    """Writes a .tar.gz of `files` (name, path and mode of each) under one folder."""
    with open(out, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, epoch) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, path, mode in sorted(files):
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = path.stat().st_size
            entry.mode = mode
            entry.mtime = epoch
            entry.uname = entry.gname = "root"
            with open(path, "rb") as content:
                archive.addfile(entry, content)


def zip_of_one(out, name, path, mode, epoch):
    """Writes a .zip of one file."""
    entry = zipfile.ZipInfo(name, time.gmtime(epoch)[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, without which the mode does not count
    entry.external_attr = (0o100000 | mode) << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, path.read_bytes(), compresslevel=9)
