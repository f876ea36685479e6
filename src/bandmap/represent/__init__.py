"""Recordings as the input of models. Each representation is a file of `representations`.

Input: a harmonized recording.
Output: frames of wavelet power, of a spectrogram or of the signal itself.
Called by: the script of this stage, and wherever a model is applied; opens no files.
"""
