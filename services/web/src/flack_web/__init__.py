"""web: the pages of the chat, the built UI, and the browser's session. It has no database and asks api over HTTP."""
