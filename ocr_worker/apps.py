"""The worker as a Django app: it wakes workers when the archive announces work."""

from django.apps import AppConfig


class OcrWorkerConfig(AppConfig):
    name = "ocr_worker"

    def ready(self) -> None:
        from documents.signals import pages_waiting, tasks_waiting
        from ocr_worker.actors import wake_background_workers, wake_ocr_workers

        pages_waiting.connect(wake_ocr_workers, dispatch_uid="ocr_worker.wake_ocr_workers")
        tasks_waiting.connect(
            wake_background_workers, dispatch_uid="ocr_worker.wake_background_workers"
        )
