"""Failures of a recogniser that its engine handles; nobody else sees them."""

from __future__ import annotations


class RecogniserOutOfMemory(Exception):
    """Memory does not suffice for a block, even alone: smaller pixels may."""


class RecogniserLost(Exception):
    """It does not answer any more, and does not start again: another one has to."""
