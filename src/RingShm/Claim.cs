using System.Buffers;

namespace RingShm;

/// <summary>
/// Room for one message, to be filled in place. <see cref="Commit(int)"/> publishes it; disposing it without a commit gives it
/// up, and nobody ever sees it. An SPSC handle has one claim open at a time, an MPMC handle as many as there is room for.
/// </summary>
/// <example>
/// <code>
/// if (producer.TryClaim(256, out Claim claim))
///     using (claim)
///         claim.Commit(Encode(claim.Span));
/// </code>
/// </example>
public readonly ref struct Claim
{
    private readonly IClaimOwner? _owner;
    private readonly long _number;

    internal Claim(Span<byte> span, long number, IClaimOwner owner)
    {
        Span = span;
        _number = number;
        _owner = owner;
    }

    /// <summary>
    /// The bytes to fill, as many as were asked for. They hold what was there before: earlier messages' bytes, or zeros.
    /// </summary>
    public Span<byte> Span { get; }

    /// <summary>
    /// The same bytes as a buffer writer, for serializers; <see cref="Commit()"/> publishes what was written through it.
    /// It belongs to the handle and is good for this claim only.
    /// </summary>
    public IBufferWriter<byte> Writer => Owner.WriterFor(_number);

    /// <summary>Publishes the first <paramref name="lengthBytes"/> bytes as one message, with type tag 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than was claimed.</exception>
    /// <exception cref="InvalidOperationException">The claim was committed or given up already.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed while the claim was open: nothing is published.</exception>
    public void Commit(int lengthBytes) => Commit(lengthBytes, type: 0);

    /// <summary>Publishes the first <paramref name="lengthBytes"/> bytes as one message with this type tag.</summary>
    /// <inheritdoc cref="Commit(int)"/>
    public void Commit(int lengthBytes, int type)
    {
        if ((uint)lengthBytes > (uint)Span.Length)
            throw new ArgumentOutOfRangeException(
                nameof(lengthBytes), lengthBytes, $"The claim has {Span.Length} bytes.");
        Owner.Commit(_number, lengthBytes, type);
    }

    /// <summary>Publishes what was written through <see cref="Writer"/> as one message, with type tag 0.</summary>
    /// <inheritdoc cref="Commit(int)"/>
    public void Commit() => Commit(Owner.WrittenBytes(_number), type: 0);

    /// <summary>Gives the claim up unless it was committed. Does nothing the second time.</summary>
    public void Dispose() => _owner?.Abort(_number);

    /// <summary>A claim that was refused has no owner, and is as over as one can be.</summary>
    private IClaimOwner Owner
    {
        get
        {
            if (_owner == null)
                ThrowHelper.ClaimOver();
            return _owner;
        }
    }
}

/// <summary>
/// The handle that a claim was made on. It numbers its claims to tell them apart: a position would not do, because a claim that
/// was given up leaves its position to the next.
/// </summary>
internal interface IClaimOwner
{
    void Commit(long number, int lengthBytes, int type);

    void Abort(long number);

    IBufferWriter<byte> WriterFor(long number);

    int WrittenBytes(long number);
}
