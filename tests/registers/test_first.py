def test_page(school, as_role):
    p = as_role()
    html = p.get(f"/registers/{school.session()}/{school.group}/")
    assert "Ash, Amber" in html
    p.send(f"/registers/{school.session()}/{school.group}/", **{f"mark-{school.pupils[0]}": "N"}, act="rest")
    assert school.marks() == ["N", "/", "/", "/", "/"]
