"""The reader as a Django app: it listens to what the archive announces."""

from django.apps import AppConfig


class OcrWorkerConfig(AppConfig):
    name = "ocr_worker"

    def ready(self) -> None:
        from documents.signals import pages_waiting, tasks_waiting
        from ocr_worker.actors import wake_background, wake_readers

        pages_waiting.connect(wake_readers, dispatch_uid="ocr_worker.wake_readers")
        tasks_waiting.connect(wake_background, dispatch_uid="ocr_worker.wake_background")
