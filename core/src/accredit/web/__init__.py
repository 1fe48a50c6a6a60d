"""Pages in a browser: what they are made of, and how browsers are answered.

`elements` makes HTML in which text stays text, `pieces` the parts that many pages have, and `style.css` says how those
look, by day and by night; `live.js` keeps a page fresh. `call` is what a browser has sent, `names` by which name it has
come, `answer` what goes back.
"""
