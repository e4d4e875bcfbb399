"""What every Flack service needs and that knows nothing about chat.

Settings, logs, metrics, health, the gunicorn server, Redis publishing, HTTP to api, and token checks.
"""
