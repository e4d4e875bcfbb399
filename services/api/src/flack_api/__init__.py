"""The api service: the HTTP APIs (v1 and v2) onto the chat, and the only writer of chat data."""
