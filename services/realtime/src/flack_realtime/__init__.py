"""realtime: what happens in a chat, pushed to whoever is in it. Socket.IO on gevent, no database."""
