"""Words as odd as people type them: markup, marks beyond ASCII, and characters that no text keeps."""

ODD_KEPT = "Ma’at & <b>sons</b> 🏛"
ODD = f"{ODD_KEPT} \x00\x07\u202e"
ODD_SHOWN = "Ma’at &amp; &lt;b&gt;sons&lt;/b&gt; 🏛"
