"""What people do, scene by scene, in the words of the pages; the journeys put the scenes in order."""
