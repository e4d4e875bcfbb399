"""An hour at half load: whether memory, descriptors, subscriptions or greenlets grow."""
