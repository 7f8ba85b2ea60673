global using RingShm.Load.Measuring;
