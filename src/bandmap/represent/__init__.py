"""Input: a harmonized recording. Output: frames of wavelet power, a spectrogram or the signal itself.

Each representation is a file of `representations`. Called by the script of the same stage; opens no files.
"""
