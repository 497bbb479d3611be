"""Records training from any loop, so that `assay tolerance` can verify it.

Recorder writes a trace while training goes on; serve runs the same steps again for a verifier.
"""

from .data import data_digest
from .recorder import Recorder
from .seeds import reseed
from .serving import serve
from .state import load_state, save_state

__version__ = "0.1.0"

__all__ = ["Recorder", "data_digest", "load_state", "reseed", "save_state", "serve"]
