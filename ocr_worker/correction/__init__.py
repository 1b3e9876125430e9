"""Bring a bad scan or a photograph into the form that an engine reads best."""

from .correct import Corrected as Corrected
from .correct import correct_page as correct_page
