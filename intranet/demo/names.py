"""Names that nobody has: plants and birds in front, places that are not on a map behind."""

from __future__ import annotations

from random import Random

GIVEN = (
    "Acacia Alder Anise Aster Avens Basil Bay Betony Birch Bracken Briar Bryony Burdock Calla Campion Cassia Cedar Celandine Cicely "
    "Clary Clover Comfrey Coriander Cress Damson Darnel Dill Dock Elder Fennel Fern Flax Gale Gentian Ginger Gorse Hawthorn Hazel "
    "Heather Hyssop Iris Ivy Jasmine Jonquil Juniper Laurel Linden Linnet Lovage Lupin Madder Mallow Maple Marjoram Martin Medlar "
    "Merlin Mint Myrtle Nettle Oak Olive Orchid Oriole Pansy Perrin Pimpernel Plover Poppy Primrose Quince Robin Rowan Rue Saffron "
    "Sage Samphire Senna Sorrel Sparrow Tamarind Tansy Teal Teasel Thistle Thyme Violet Wren Yarrow Zinnia"
).split()
FRONT = (
    "Apple Barley Bramble Button Candle Cobble Copper Dapple Ember Fiddle Flint Gable Ginger Hob Ink Jolly Kettle Lantern Larder "
    "Marble Mitten Nettle Ochre Parsley Pebble Pepper Quill Ribbon Rook Saddle Sorrel Tallow Thimble Thistle Umber Velvet Wicket "
    "Willow Winter Yarrow"
).split()
BACK = "beck bottom brook combe croft dale field ford gate ham holt hurst ley mere moor ridge shaw thorpe ton wick wold worth".split()


def a_given_name(random: Random) -> str:
    """Return a made-up given name."""
    return random.choice(GIVEN)


def a_family_name(random: Random) -> str:
    """Return a made-up family name."""
    return random.choice(FRONT) + random.choice(BACK)
