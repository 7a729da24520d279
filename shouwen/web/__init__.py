"""The pages: find through `visible_to(reader)`, call one verb, render. No rule and no writing of domain data lives here."""
