using System.Buffers;

namespace RingShm;

/// <summary>Writes a value as the payload of one message.</summary>
/// <typeparam name="T">What is sent.</typeparam>
/// <param name="value">The value.</param>
/// <param name="writer">Takes the payload; what is written to it is the message.</param>
public delegate void MessageSerializer<in T>(T value, IBufferWriter<byte> writer);

/// <summary>Makes a value of the payload of one message.</summary>
/// <typeparam name="T">What is received.</typeparam>
/// <param name="payload">The payload, in the shared memory itself: valid until the call returns, and as trustworthy as its sender.</param>
public delegate T MessageDeserializer<out T>(ReadOnlySpan<byte> payload);
