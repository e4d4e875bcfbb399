"""Names of the tasks that only this service sends and runs; what api sends is named in `flack_contracts.tasks`."""

CLEANUP_RUN = "flack.cleanup.run"
TASKS_SWEEP = "flack.tasks.sweep"
PREVIEWS_SWEEP = "flack.previews.sweep"
