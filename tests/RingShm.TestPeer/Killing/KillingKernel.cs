using RingShm.Waiting;

namespace RingShm.TestPeer.Killing;

/// <summary>A doorbell's kernel whose call to wake counts as an access to die at: before it is made.</summary>
internal sealed unsafe class KillingKernel(IKernelDoorbell kernel) : IKernelDoorbell
{
    public void FenceRingers() => kernel.FenceRingers();

    public void Wait(long* word, uint expected, long until) => kernel.Wait(word, expected, until);

    public void Wake(long* word, uint sequence)
    {
        KillingMemory.Pass();
        kernel.Wake(word, sequence);
    }
}
