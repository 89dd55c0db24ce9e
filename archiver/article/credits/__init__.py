"""Who is credited, in which role: bylines, sign-offs, source lines and photo credits."""
