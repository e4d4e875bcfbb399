"""Link previews: what a linked page says of itself, fetched without trusting it.

`addresses` decides which addresses may be reached, `guard` holds every connection to that decision,
`fetch` follows redirects within limits, `page` reads the answer, `hosts` keeps one slow site from
taking all slots, and `messages` puts the result onto a message.
"""
