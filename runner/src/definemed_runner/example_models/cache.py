"""Where the example models lie; the studio's supervisor follows the same rule (supervisor/python/studio-cache.mjs)."""

import os
from pathlib import Path


def example_models_cache() -> Path:
    """`$STUDIO_CACHE/example-models`, or the like in the user's cache folder."""
    own = os.environ.get("STUDIO_CACHE")
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(own) if own else user / "definemed-studio") / "example-models"
