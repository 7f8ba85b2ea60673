namespace RingShm;

/// <summary>
/// A reader of a <see cref="StateCell"/>. Used by one thread at a time. It always gets a whole value, in a bounded number of steps,
/// however fast others write, and whoever of them is stopped or killed.
/// </summary>
public class StateReader : StateHandle
{
    private const int FirstTries = 2;

    internal StateReader(in State.StateAttachment attachment)
        : base(attachment)
    {
    }

    /// <summary>Copies the value to the start of the destination. False when nothing was written yet. Never waits.</summary>
    /// <param name="destination">Room for the value; <see cref="StateHandle.MaxValueBytes"/> are always enough.</param>
    /// <param name="stamp">The value's length and version.</param>
    /// <exception cref="ArgumentException">The value is longer than the destination.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The cell's words make no sense.</exception>
    public bool TryRead(Span<byte> destination, out StateStamp stamp)
    {
        if (TryReadInto(destination, out stamp))
            return true;
        return stamp.Version == 0
            ? false
            : throw new ArgumentException($"The value has {stamp.LengthBytes} bytes, the destination {destination.Length}.", nameof(destination));
    }

    /// <summary>The value in an array of its own; empty when nothing was written yet. Never waits.</summary>
    /// <param name="stamp">The value's length and version.</param>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The cell's words make no sense.</exception>
    public byte[] Read(out StateStamp stamp)
    {
        byte[] value = [];
        // A value that grows between two looks must not keep us here: the longest one fits at last.
        for (int attempt = 0; !TryReadInto(value, out stamp) && stamp.Version != 0; attempt++)
            value = new byte[attempt < FirstTries ? stamp.LengthBytes : MaxValueBytes];
        if (value.Length != stamp.LengthBytes)
            Array.Resize(ref value, stamp.LengthBytes);
        return value;
    }

    private bool TryReadInto(Span<byte> destination, out StateStamp stamp)
    {
        Enter();
        try
        {
            bool isRead = Reader.TryRead(destination, out State.StateRead read);
            stamp = StampOf(read);
            return isRead;
        }
        finally
        {
            Exit();
        }
    }
}
