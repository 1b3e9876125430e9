"""What a child process learns of the site's environment."""

from __future__ import annotations

from ocrsite.environment.child_variables import select_for_gpu_child, select_for_untrusted_child

VARIABLES = {
    "PATH": "/usr/bin",
    "LANG": "C.UTF-8",
    "LD_LIBRARY_PATH": "/usr/local/cuda-12.9/lib64:/usr/local/nvidia/lib64",
    "CUDA_VISIBLE_DEVICES": "1",
    "NVIDIA_DRIVER_CAPABILITIES": "compute",
    "OCRSITE_SECRET_KEY": "secret",
    "CLOUDRU_S3_SECRET_KEY": "secret",
    "HTTPS_PROXY": "http://proxy",
}


def test_who_parses_uploads_learns_no_setting() -> None:
    assert set(select_for_untrusted_child(VARIABLES)) == {"PATH", "LANG", "LD_LIBRARY_PATH"}


def test_the_recogniser_learns_of_the_gpus_and_loads_its_own_cuda() -> None:
    chosen = select_for_gpu_child(VARIABLES)

    assert chosen == {
        "PATH": "/usr/bin",
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": "/usr/local/nvidia/lib64",
        "CUDA_VISIBLE_DEVICES": "1",
        "NVIDIA_DRIVER_CAPABILITIES": "compute",
    }
    assert "LD_LIBRARY_PATH" not in select_for_gpu_child({"LD_LIBRARY_PATH": "/opt/cuda/lib64"})
