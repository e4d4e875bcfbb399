"""Stock Flask-SocketIO as its documentation sets it up: gevent, a Redis message queue, one room."""

import os

from flask import Flask
from flask_socketio import SocketIO, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent", message_queue=os.environ["REDIS_URL"])


@socketio.on("connect")
def connect() -> None:
    join_room("bench")
