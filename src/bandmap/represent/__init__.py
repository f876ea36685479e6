"""A harmonized recording in, frames of a representation out: wavelet power, a spectrogram or the signal itself.

A representation is a file of `representations`. Called by the script of the same stage; opens no files.
"""
