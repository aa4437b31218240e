"""Pictures of figures: their geometry, computed here and drawn as SVG by the tags of `charts`. Pure, but for the words it is given.

Every chart is drawn into a box that is stretched to the width there is, so words stand beside it as text and never inside it; and
every chart has its figures in a table.
"""
