# setup.py - builds the extension for pip
#
# It is linked with the installed library, as pkg-config finds it. Without one, or with
# MMREADER_BUNDLED=1, the sources beside this folder are built and become part of the extension.
#
# SPDX-License-Identifier: MIT
import glob
import os
import re
import shlex
import subprocess
import sys
import sysconfig

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(HERE)
LIMITED = sys.version_info >= (3, 11) and not sysconfig.get_config_var("Py_GIL_DISABLED")


def version():
    with open(os.path.join(SOURCE, "configure.ac")) as file:
        return re.search(r"AC_INIT\(\[mmreader\], \[([^]]*)\]\)", file.read()).group(1)


def pkg_config(*options):
    try:
        command = ["pkg-config", *options, f"mmreader = {version()}"]
        return shlex.split(subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL))
    except (OSError, subprocess.CalledProcessError):
        return None


class Build(build_ext):
    def finalize_options(self):
        super().finalize_options()
        # An extension of an earlier build may be linked in the other way.
        self.force = True

    def build_extensions(self):
        extension = self.extensions[0]
        flags = None if os.environ.get("MMREADER_BUNDLED") else pkg_config("--cflags")
        if flags is not None:
            extension.extra_compile_args += flags
            extension.extra_link_args += pkg_config("--libs")
        else:
            extension.include_dirs.append(os.path.join(SOURCE, "include"))
            extension.extra_objects.append(self.static_library())
            extension.extra_link_args += ["-ldl"]
        super().build_extensions()

    def static_library(self):
        """Builds the static library, with code that can be in a shared object."""
        if not os.path.exists(os.path.join(SOURCE, "configure")):
            subprocess.check_call(["autoreconf", "-fi"], cwd=SOURCE)
        folder = os.path.abspath(os.path.join(self.build_temp, "library"))
        os.makedirs(folder, exist_ok=True)
        subprocess.check_call(
            [os.path.join(SOURCE, "configure"), "-q", "--disable-shared", "--with-pic",
             "--with-python=no", "--with-mpi=no"], cwd=folder)
        subprocess.check_call(["make", "-s", "-j", str(os.cpu_count()), "libmmreader.la"],
                              cwd=folder)
        return os.path.join(folder, ".libs", "libmmreader.a")


sources = sorted(os.path.relpath(path, HERE) for path in glob.glob(os.path.join(HERE, "src/*.c")))
setup(
    version=version(),
    packages=["mmreader"],
    package_data={"mmreader": ["*.pyi", "py.typed"]},
    ext_modules=[Extension(
        "mmreader._core",
        sources,
        define_macros=[("Py_LIMITED_API", "0x030b0000")] if LIMITED else [],
        extra_compile_args=["-std=c11", "-fvisibility=hidden"],
        extra_link_args=["-pthread"],
        py_limited_api=LIMITED,
    )],
    cmdclass={"build_ext": Build},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if LIMITED else {},
)
