"""Pictures that messages show: uploaded, judged by what they are, kept in the database, served under the public address.

stripping  takes out what a picture tells beside itself: where it was taken, with what, by whom
judging    says what kind it is and how large, by decoding it
storing    keeps each once, says who uses it, deletes it
"""
