"""The reader as a Django app: it listens to what the archive announces."""

from django.apps import AppConfig


class OcrWorkerConfig(AppConfig):
    name = "ocr_worker"

    def ready(self) -> None:
        from documents.signals import chores_waiting, pages_waiting
        from ocr_worker.actors import wake_chores, wake_readers

        pages_waiting.connect(wake_readers, dispatch_uid="ocr_worker.wake_readers")
        chores_waiting.connect(wake_chores, dispatch_uid="ocr_worker.wake_chores")
