"""The page that shows recordings of a finished run: served on this machine, or as a folder that opens from disk.

Input: the folder `results` of a run.
Output: answers to a browser, or a folder of files; in `results` only the folder `reviewed` changes.
Called by: the command `bandmap view`.
"""

from bandmap.view.command import view

__all__ = ["view"]
