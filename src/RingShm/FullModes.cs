using System.Threading.Channels;

namespace RingShm;

/// <summary>What a producer may do when the ring is full, by kind of ring.</summary>
internal static class FullModes
{
    /// <summary>Checks a mode for a ring in which a producer cannot take a message out again.</summary>
    public static BoundedChannelFullMode WithoutTaking(BoundedChannelFullMode mode) => Known(mode) == BoundedChannelFullMode.DropOldest
        ? throw new ArgumentException(
            "DropOldest takes the oldest message out of the ring as a consumer does, and this ring has one consumer only. "
            + "An MPMC ring with Consumers = Cardinality.Many can do it.", nameof(mode))
        : mode;

    /// <summary>Checks a mode for a ring whose messages are for every reader: what was published is not taken back.</summary>
    public static BoundedChannelFullMode OfBroadcast(BoundedChannelFullMode mode) => Known(mode) == BoundedChannelFullMode.DropOldest
        ? throw new ArgumentException(
            "DropOldest takes the oldest message out of the ring, and in a broadcast ring it belongs to every reader that has not read it. "
            + "A ring with Delivery = BroadcastDelivery.Lossy drops the oldest for whoever is too slow, and tells that reader.", nameof(mode))
        : mode;

    public static BoundedChannelFullMode Known(BoundedChannelFullMode mode) => Enum.IsDefined(mode)
        ? mode
        : throw new ArgumentOutOfRangeException(nameof(mode), mode, "It is no mode.");
}
